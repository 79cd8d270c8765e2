"""One module per provider, one interface: values in, values out."""
