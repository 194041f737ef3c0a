"""parsing/web"""
