# One-line fronts for dev.py, which says what each does: python3 dev.py help
.PHONY: demo test lint bench faults messages setup lock
demo test lint bench faults messages setup lock:
	@python3 dev.py $@
