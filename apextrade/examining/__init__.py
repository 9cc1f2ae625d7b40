"""Whether a result can be believed: the same program searched, cut, delayed and charged more."""

from apextrade.examining.call import examine as examine
