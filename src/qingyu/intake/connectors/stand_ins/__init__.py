"""Stand-ins for what is not here: a department's database and its web service, by recording.

They speak the real protocols on this machine only, so that a feed can be written and tried, and
tested, without the other side. They are for trying and testing, and answer nothing else.
"""
