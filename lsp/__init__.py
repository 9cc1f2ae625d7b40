"""The language server: one file for each feature, pure functions over an immutable view of a document; `server.py` speaks the protocol."""
