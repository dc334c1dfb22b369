#!/usr/bin/env python3
"""Makes newer.elbodb: a workspace as an elbo of years to come may write it, for the lesson on errors."""
import os
import sqlite3

path = os.path.join(os.path.dirname(__file__), "newer.elbodb")
if os.path.exists(path):
    os.remove(path)
database = sqlite3.connect(path)
database.execute("PRAGMA page_size = 512")
database.execute("PRAGMA application_id = %d" % 0x656C626F)
database.execute("PRAGMA user_version = 99")
database.execute("VACUUM")
database.close()
