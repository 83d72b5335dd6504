"""What departments really send, rewritten as the plain UTF-8 CSV that the fast reader takes.

Each module reads one form as a stream of rows with the sender's own row numbers. A file that is
plain already passes none of this.
"""
