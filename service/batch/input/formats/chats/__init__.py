"""Chats that are exported as plain text."""
