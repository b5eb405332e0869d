/** First lines of every text file that berth writes whole, as comments. */
export const banner = '# Written by berth. "berth down" puts back what was here before.\n';
