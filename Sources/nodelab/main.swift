import Glibc

exit(NodeLabCommand.run(Array(CommandLine.arguments.dropFirst())))
