print("nodelab")
