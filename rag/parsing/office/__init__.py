"""parsing/office"""
