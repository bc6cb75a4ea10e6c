"""Topics that this app publishes.

LOGIN_ATTACKED has ``attack`` (``acct.choices.Attack``) and ``user_id``, the account whose name was
tried; null where there is none or many. It comes once in a window of the counters.
"""

from __future__ import annotations

LOGIN_ATTACKED = "acct.login.attacked"
