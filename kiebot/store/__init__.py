"""State in one SQLite file: the only importer of peewee. One module per aggregate; the caller owns the transaction."""
