/** Name of the image that berth carries. */
export const helloWorldReference = 'hello-world:latest';
