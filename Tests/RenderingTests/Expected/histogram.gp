# A figure of elbo, with its data. Look at it: gnuplot -persist FILE
# As a picture: gnuplot -e "set terminal pngcairo size 900,600 font 'Sans,14'; set output 'figure.png'" FILE
$data0 << EOD
-1.0 0.0
-1.0 0.5263158
-0.81 0.5263158
-0.81 0.5263158
-0.62 0.5263158
-0.62 0.5263158
-0.43 0.5263158
-0.43 0.5263158
-0.24000001 0.5263158
-0.24000001 0.5263158
-0.050000012 0.5263158
-0.050000012 0.5263158
0.13999999 0.5263158
0.13999999 0.5263158
0.32999998 0.5263158
0.32999998 0.5263158
0.52 0.5263158
0.52 0.5263158
0.71 0.5263158
0.71 0.5263158
0.9 0.5263158
0.9 0.0
EOD
unset multiplot
reset
set encoding utf8
set minussign
set border 3 lw 1 lc rgb '#666666'
set tics nomirror scale 0.6 tc rgb '#222222'
set key noenhanced samplen 2 spacing 1.2 tc rgb '#222222'
set format '%h'
set grid lc rgb '#e4e4e4' lw 1 lt 1
set label 1 'Distribution of z' at screen 0.02, screen 0.96333 left noenhanced font ':Bold,16' tc rgb '#222222'
set tmargin at screen 0.87667
set label 5 'z' at graph 0.5, screen 0.03333 center noenhanced tc rgb '#222222'
set label 3 'density' at screen 0.02222, graph 0.5 center rotate by 90 noenhanced tc rgb '#222222'
set tmargin at screen 0.82667
set key at screen 0.11111, screen 0.88333 left top horizontal Left reverse maxcols 2 font ',13'
set lmargin at screen 0.11111
set rmargin at screen 0.96889
set bmargin at screen 0.11
set yrange [0:*]
set xrange [-1.1899999976158142:1.0899999737739563]
set samples 400
plot $data0 using 1:2 with filledcurves y1=0 fs solid 0.35 noborder lc rgb '#332288' notitle, $data0 using 1:2 with lines lw 2 lc rgb '#332288' title 'z[0]', exp(-x*x/2)/sqrt(2*pi) with lines lw 2 dt (8,5) lc rgb '#222222' title 'N(0, 1)'
