# A figure of elbo, with its data. Look at it: gnuplot -persist FILE
# As a picture: gnuplot -e "set terminal pngcairo size 800,740 font 'Sans,14'; set output 'figure.png'" FILE
$data0 << EOD
0.0 0.0 8.0
1.0 0.0 2.0
0.0 1.0 1.0
1.0 1.0 9.0
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
set label 1 'Confusion' at screen 0.0225, screen 0.97027 left noenhanced font ':Bold,16' tc rgb '#222222'
set tmargin at screen 0.9
set label 5 'class found' at graph 0.5, screen 0.02703 center noenhanced tc rgb '#222222'
set label 3 'true class' at screen 0.025, graph 0.5 center rotate by 90 noenhanced tc rgb '#222222'
unset grid
unset key
set border 0
set xrange [-0.5:1.5]
set yrange [1.5:-0.5]
set xtics noenhanced scale 0 ('a' 0, 'b' 1)
set ytics noenhanced scale 0 ('a' 0, 'b' 1)
set lmargin at screen 0.125
set rmargin at screen 0.83
set bmargin at screen 0.08919
set palette defined (0 '#440154', 1 '#472c7a', 2 '#3b518b', 3 '#2c718e', 4 '#21908d', 5 '#27ad81', 6 '#5cc863', 7 '#aadc32', 8 '#fde725')
set cbrange [0:9.0]
set colorbox user origin screen 0.85, screen 0.08919 size screen 0.02, screen 0.81081
set label 4 'examples' at screen 0.98, screen 0.49459 center rotate by 90 noenhanced tc rgb '#222222'
set label '8' at 0,0 center front font ',13' tc rgb '#111111'
set label '2' at 1,0 center front font ',13' tc rgb '#f4f4f4'
set label '1' at 0,1 center front font ',13' tc rgb '#f4f4f4'
set label '9' at 1,1 center front font ',13' tc rgb '#111111'
plot $data0 using 1:2:3 with image notitle
