"""E-mail: EML."""
