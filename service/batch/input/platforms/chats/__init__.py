"""The dumps of chats: what messengers, chat servers and the tools that export them write."""
