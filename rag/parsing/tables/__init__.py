"""parsing/tables"""
