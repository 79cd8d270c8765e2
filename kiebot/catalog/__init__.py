"""The catalogue of models: rows of data, checked when they are loaded."""
