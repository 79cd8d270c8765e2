"""An MTProto data centre for one machine."""
