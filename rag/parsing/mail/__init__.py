"""parsing/mail"""
