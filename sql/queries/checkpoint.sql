select size, root, note from ledger.checkpoint where origin = $1 order by size desc limit 1
