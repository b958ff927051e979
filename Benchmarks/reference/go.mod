module nodelab/reference

go 1.26
