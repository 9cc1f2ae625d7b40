"""The server: the language over HTTP, its work done in processes with bounded time and memory."""
