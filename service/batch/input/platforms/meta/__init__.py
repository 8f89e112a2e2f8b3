"""What Facebook, Messenger and Instagram let users download."""
