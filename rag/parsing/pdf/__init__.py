"""parsing/pdf"""
