"""The files of a client's folders that are not open: found, read in another process, and known by what others ask of them."""
