"""The forecasters, one file each: every module here is imported, and registers what it makes."""
