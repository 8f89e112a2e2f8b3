"""How the model that ships is made; development tooling."""
