"""Tests in the file: what `test` blocks say, checked before anything runs, as cases for the runtime."""
