module nodelab/kernel-reference

go 1.26
