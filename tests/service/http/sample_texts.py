"""Comments on which the shipped model's verdict is clear, for the tests of all protocols."""

FINE = "Thanks, that helped a lot!"
TOXIC = "Shut up, you pathetic idiot."
HATEFUL = "All Muslims are vermin and should be driven out of our country."
GERMAN = "Das ist doch völliger Unsinn, was hier in diesem Artikel behauptet wird."
PADDING = "The weather was nice and the train was on time. "
