"""The golden set of PDF pages: how its files are made."""
