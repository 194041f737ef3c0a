"""Web pages: HTML."""
