"""answering/verification"""
