"""Records of saved web pages: the comments in the mark-up of blogs, forums and chats, without the page around them."""
