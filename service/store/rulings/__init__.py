"""What moderators said about comments: every act is kept as it came, and what is in force about a comment follows from them."""
