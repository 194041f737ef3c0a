"""models/llm"""
