"""models/encoder"""
