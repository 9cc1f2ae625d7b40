"""What `apx check` does around the compiler: folders of programs, watching them, and the forms in which results are written."""
