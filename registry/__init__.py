"""The stores: the ledger, the register versions, the queue and the log."""
