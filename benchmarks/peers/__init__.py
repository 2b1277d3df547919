"""What the app is measured against, each written as a user of it would write it: no tricks, and none left out."""
