# Turns the table in docs/OPTIONS.md into a man page's list.
/^\| option \| default \|/ { table = 1; next }
table && !/^\|/ { exit }
table && !/^\| ---/ {
    line = $0
    gsub(/\\/, "\\\\", line)
    gsub(/`/, "", line)
    count = split(line, cell, / *\| */)
    if (count != 6)
        exit 1
    gsub(/-/, "\\-", cell[2])
    gsub(/-/, "\\-", cell[3])
    printf ".TP\n.BR %s = \\fI%s\\fR\n%s\nAllowed: %s.\n", cell[2], cell[3], cell[5], cell[4]
    options++
}
END { if (!options) exit 1 }
