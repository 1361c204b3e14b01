internal import Glibc

StandardStreams.reserve()
Signals.watch()
exit(Int32(Program.run(CommandLine.byteArguments).rawValue))
