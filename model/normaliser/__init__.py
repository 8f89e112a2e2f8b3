"""The compiled normalisation: disguises, typing mistakes and obfuscation undone, with the way back to the original."""
