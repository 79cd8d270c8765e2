"""State in one SQLite file: the only importer of peewee. One module per aggregate, plain functions, one transaction by the caller."""
