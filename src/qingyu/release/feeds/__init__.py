"""What a shelf says of itself to other programs: feeds, the public log of errors, the feed of
warnings. All of it is made from the editions that stand on the shelf, and from nothing else."""
