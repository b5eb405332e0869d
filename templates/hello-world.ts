/**
 * What the hello-world image that berth carries prints. Every step it names has been taken when somebody reads it: the
 * program is the last one.
 */
export const helloWorldText = `
Hello from berth!
This message shows that containers run on this host.

To print it, berth took these steps:
 1. The client asked berthd, the engine, for a container of the image "hello-world".
 2. berthd took the image from its own store. This one came with berth: no registry was needed.
 3. The image's only layer was unpacked once, and became the lower side of an overlay file system.
 4. A new process got namespaces, a root file system, limits and a system call filter of its own.
 5. It became the program that prints this text. Its output went through a monitor to you.

Something larger to try, once a registry or a mirror can be reached:
 docker run -it debian bash

`;
