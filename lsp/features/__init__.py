"""The features: a file for each request of the protocol."""
