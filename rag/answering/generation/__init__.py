"""answering/generation"""
