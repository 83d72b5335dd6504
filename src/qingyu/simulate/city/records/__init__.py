"""What each department's system holds of the happenings, moment by moment: one file a department
or group. `books.py` lists them; `book.py` says what they give."""
